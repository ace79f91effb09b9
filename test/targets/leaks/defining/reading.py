from ._globals import CACHE
