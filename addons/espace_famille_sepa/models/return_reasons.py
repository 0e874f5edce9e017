"""Why a bank did not debit, or took a debit back, in words that families understand.

Source: EPC173-14, codes of reasons of the direct debit schemes.
"""

REASONS = [
    ("AC01", "Wrong account number"),
    ("AC04", "Account closed"),
    ("AC06", "Account blocked"),
    ("AC13", "The account is that of a company"),
    ("AG01", "The account cannot be debited"),
    ("AG02", "Wrong kind of operation"),
    ("AM04", "Not enough money on the account"),
    ("AM05", "Debited twice"),
    ("BE05", "Unknown creditor"),
    ("CNOR", "Bank of the creditor not registered"),
    ("DNOR", "Bank of the debtor not registered"),
    ("FF01", "Wrong format"),
    ("FF05", "Wrong kind of debit"),
    ("MD01", "No valid mandate"),
    ("MD02", "Data of the mandate missing or wrong"),
    ("MD06", "Refund asked for by the holder"),
    ("MD07", "Holder of the account deceased"),
    ("MS02", "Refused by the holder"),
    ("MS03", "Reason not said by the bank"),
    ("RC01", "Wrong identifier of the bank"),
    ("RR01", "Data asked by law missing: account"),
    ("RR02", "Data asked by law missing: name or address of the debtor"),
    ("RR03", "Data asked by law missing: name or address of the creditor"),
    ("RR04", "Reason of law"),
    ("SL01", "The holder lets nobody debit the account"),
    ("TM01", "File received too late"),
    ("OTHER", "Other reason"),
]

# After these no debit can succeed: the account or the mandate is gone.
HOPELESS = {"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD07", "SL01"}


def known(code):
    """Return a code of the list, `OTHER` for any other one."""
    return code if code in dict(REASONS) else "OTHER"
