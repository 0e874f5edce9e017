from . import template_fr_m57
