from .test_purse import *
