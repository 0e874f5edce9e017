from . import news
from . import requests
