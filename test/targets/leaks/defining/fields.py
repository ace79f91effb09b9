from .models import Model, find
