"""An absence of each kind and a day of strike, in the demonstration commune."""

from datetime import timedelta

from odoo import fields

from . import books

CERTIFICATE = (
    "BT /F1 20 Tf 72 760 Td (Certificat medical) Tj "
    "/F1 12 Tf 0 -40 Td (Document invente pour la demonstration.) Tj "
    "0 -24 Td (L'etat de l'enfant ne lui permet pas d'aller a l'ecole.) Tj ET"
)


class Demonstration(books.Demonstration):
    def _load_attendance(self, reservations):
        """Close a day and declare absences before the past days are marked."""
        self._load_closure()
        self._load_absences()
        super()._load_attendance(
            reservations.filtered(lambda r: r.state == "confirmed" and not r.absence_id)
        )

    def _load_closure(self):
        """Close the evening childcare on a day of last month: a strike."""
        session = self.env["espace.session"].search(
            [
                ("activity_id", "=", self._ref("activity_evening").id),
                ("date", "<", self._today() - timedelta(days=7)),
                ("booked_count", ">", 0),
            ],
            order="date desc",
            limit=1,
        )
        if session:
            self.env["espace.closure"].create(
                {
                    "name": "Grève",
                    "kind": "strike",
                    "company_id": self._company().id,
                    "date_from": session.date,
                    "date_to": session.date,
                    "activity_ids": [fields.Command.set(session.activity_id.ids)],
                    "message": "Le personnel est en grève : la garderie du soir "
                    "n’ouvre pas.",
                }
            )._apply(now=self._morning(session.date - timedelta(days=5)))

    def _load_absences(self):
        """Declare one absence that is accepted, and one whose proof is to be checked.

        Both are those of the families that the guide follows.
        """
        first, second = self._families()[:2]
        today = self._today()
        past = self._last_meal(first, [("date", "<", today)], "date desc")
        if past:
            declared = self._declare(past)
            declared._accept(now=self._morning(past.date + timedelta(days=1)))
        coming = self._last_meal(second, [("date", ">", today)], "date")
        if coming:
            self._declare(coming)

    def _last_meal(self, family, when, order):
        return self.env["espace.reservation"].search(
            [
                ("family_id", "=", family.id),
                ("activity_id", "=", self._ref("activity_canteen").id),
                ("state", "=", "confirmed"),
                *when,
            ],
            order=order,
            limit=1,
        )

    def _declare(self, booking):
        day = booking.date
        return self.env["espace.absence"]._declare(
            booking.family_id,
            booking.child_id,
            day,
            day,
            reason="illness",
            note="Fièvre, vue par le médecin.",
            now=self._morning(min(day, self._today())),
            proofs=[("certificat.pdf", _pdf(CERTIFICATE))],
        )

    def _morning(self, day):
        return fields.Datetime.to_datetime(day) + timedelta(hours=6)


def _pdf(drawing):
    """Return a PDF of one page with this drawing."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 6 0 R "
        + "/MediaBox [0 0 595 842] >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    ]
    text, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    return (
        f"{text}xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {count} /Root 1 0 R >>\n"
        f"startxref\n{len(text)}\n%%EOF\n"
    ).encode()
