from . import REGISTERED
from .models import Model, find
