from . import quotient
