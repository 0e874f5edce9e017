from . import test_animation
