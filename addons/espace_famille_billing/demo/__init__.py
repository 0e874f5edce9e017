from .payments import Demonstration

__all__ = ["Demonstration"]
