from .valdurenque_people import Demonstration

__all__ = ["Demonstration"]
