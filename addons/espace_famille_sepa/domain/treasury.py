"""How the Treasury names what a régie with a deposit account (DFT) sends it.

As it is written by another software of communes; no official note was in reach. Hence
an option, off by default.
"""


def file_name(service, day, number):
    """Return the name of the file, without its ending.

    :param str service: the code that the Treasury gave to the régie
    :param date day: on which the file is made; its year and its number in it
    :param int number: of the file on that day, from 1 on
    """
    return f"{service}-DFT-SDD-{day:%y%j}-{number:03d}"


def end_to_end(post, number):
    """Return the reference of a debit, unique.

    :param str post: number of the accounting post (poste comptable)
    :param int number: of the debit
    """
    return f"1D{post}0{number}"
