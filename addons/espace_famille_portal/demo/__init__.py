from .town_life import Demonstration

__all__ = ["Demonstration"]
