from .schedules import Demonstration

__all__ = ["Demonstration"]
