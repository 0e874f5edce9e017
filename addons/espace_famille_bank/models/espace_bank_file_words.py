"""What is said of a file of the bank: why it is not read, and what became of it."""

from odoo import api, models
from odoo.tools import format_amount

from ..domain import statements


class EspaceBankFile(models.Model):
    _inherit = "espace.bank.file"

    @api.model
    def _refused_words(self, name, refused):
        """Say why a file is not read, and what to do about it."""
        place = self.env._(" (line %s)", refused.place) if refused.place else ""
        words = {
            statements.EMPTY: self.env._("%s holds no movement.", name),
            statements.SIZE: self.env._("%s is too large for a statement.", name),
            statements.ENCODING: self.env._(
                "%s is not in the letters that it says, or was changed by a program: "
                "load the file as the bank gives it.",
                name,
            ),
            statements.KIND: self.env._(
                "%s is no statement that is read: CAMT.053, CAMT.054 (XML) or CFONB "
                "120.",
                name,
            ),
            statements.HALF: self.env._(
                "%(file)s is not whole%(place)s: fetch it again from the bank.",
                file=name,
                place=place,
            ),
            statements.SUMS: self.env._(
                "%s does not add up: its movements do not lead from the balance before "
                "to the balance after. Fetch it again from the bank.",
                name,
            ),
            statements.ACCOUNTS: self.env._(
                "%s tells of several accounts: ask the bank for a file an account.",
                name,
            ),
            statements.CURRENCY: self.env._("%s is not in euros.", name),
            statements.DETAILS: self.env._(
                "%s tells of payments that do not add up to their sum.", name
            ),
            statements.VALUES: self.env._(
                "%(file)s holds a day or an amount that is none%(place)s: fetch it "
                "again from the bank.",
                file=name,
                place=place,
            ),
        }
        return "\n".join((words[refused.code], self.env._("Nothing was loaded of it.")))

    def _outcome_words(self, is_new):
        """Say what became of a file that was loaded."""
        self.ensure_one()
        if not is_new:
            return self.env._("%s was read before: nothing changes.", self.name)
        words = [
            self.env._(
                "%(file)s: %(count)s movements loaded.",
                file=self.name,
                count=len(self.line_ids),
            )
        ]
        if self.known_count:
            words.append(
                self.env._(
                    "%s were known already from another file, and were not loaded "
                    "again.",
                    self.known_count,
                )
            )
        if self.is_gap:
            words.append(
                self.env._(
                    "It begins with %(opening)s, which is not what the file before it "
                    "ended with: a file is missing.",
                    opening=format_amount(self.env, self.opening, self.currency_id),
                )
            )
        return " ".join(words)

    @api.model
    def _account_words(self, company, name, statement, regies_sudo):
        account = self._masked(statement.account)
        if regies_sudo:
            return self.env._(
                "%(file)s is of the account %(account)s, which journals of several "
                "régies have (%(regies)s): leave it to one.",
                file=name,
                account=account,
                regies=", ".join(regies_sudo.mapped("name")),
            )
        return self.env._(
            "%(file)s is of the account %(account)s, and no régie of %(company)s "
            "has it: nothing was loaded. The deposit account of a régie is a "
            "journal of the type bank that bears its IBAN, named in the form of "
            "the régie.",
            file=name,
            account=account,
            company=company.name,
        )

    @api.model
    def _masked(self, account):
        """Return an account that its owner knows again, and nobody else can use."""
        return f"{account[:4]}…{account[-5:]}" if len(account) > 12 else account
