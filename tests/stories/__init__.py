"""Random stories of a commune: what happens, and what must hold after each step.

`steps.py` says how a step is written and where it is registered, `teller.py` tells a
story, `commune.py` is the place. The steps are grouped by who acts.
"""

from . import agents, ahead, clock, councils, families, providers, regie
from .commune import StoryCommune
from .steps import STEPS
from .teller import Broken, Story, seeds

__all__ = ["STEPS", "Broken", "Story", "StoryCommune", "seeds"]
