"""What the demonstration commune tells its families, and what these ask."""

import io
from datetime import datetime, time, timedelta

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from odoo.fields import Command

from odoo.addons.espace_famille.domain.cutoff import to_utc

from . import valdurenque


def page(title):
    """Return a PDF of one page that says its title."""
    whole = io.BytesIO()
    sheet = canvas.Canvas(whole, pagesize=A4)
    sheet.setFont("Helvetica", 22)
    sheet.drawString(60, 760, title)
    sheet.save()
    return whole.getvalue()


AGENT = "gestion@example.org"

# days before today, kind, title, text, more values; school or activity by its data name
NEWS = [
    (
        12,
        "information",
        "Bienvenue sur votre espace famille",
        (
            "<p>Réservations, factures, demandes : tout se fait désormais ici. Le "
            "service périscolaire reste joignable au guichet et par téléphone.</p>"
        ),
        {"pinned": True},
        None,
    ),
    (
        3,
        "menu",
        "Les menus de la cantine",
        (
            "<p>Les menus des prochaines semaines sont en pièce jointe. Un repas sans "
            "viande est proposé chaque jour à qui le demande.</p>"
        ),
        {"menu": "Menus de la cantine"},
        None,
    ),
    (
        1,
        "alert",
        "Garderie du soir : sortie par la cour des Tilleuls",
        (
            "<p>En raison de travaux rue de l’École, les enfants de la garderie du "
            "soir sont à reprendre <strong>par la cour</strong>, jusqu’à 18h30.</p>"
        ),
        {},
        "activity_evening",
    ),
    (
        6,
        "registration",
        "Centre de loisirs : les inscriptions aux vacances sont ouvertes",
        (
            "<p>Les places sont attribuées dans l’ordre des réservations. Pensez à "
            "vérifier les documents de votre enfant dans « Mon foyer ».</p>"
        ),
        {},
        None,
    ),
]

# days before today, parent's e-mail, kind, subject, who wrote what, file, agent
REQUESTS = [
    (
        2,
        "camille.vasseur@example.org",
        "absence",
        "Absence de mon enfant cette semaine",
        [
            (
                "family",
                (
                    "Bonjour,\nmon enfant est malade depuis lundi. Vous trouverez le "
                    "certificat du médecin ci-joint. Merci de ne pas compter les repas."
                ),
            )
        ],
        "Certificat médical",
        False,
    ),
    (
        9,
        "nadia.perrault@example.org",
        "invoice",
        "Deux garderies comptées le même jour",
        [
            (
                "family",
                (
                    "Bonjour,\nsur ma dernière facture, la garderie du soir est "
                    "comptée deux fois. Pouvez-vous vérifier ?"
                ),
            )
        ],
        None,
        True,
    ),
    (
        4,
        "hugo.lemaire@example.org",
        "booking",
        "Changer de tranche le jeudi",
        [
            (
                "family",
                (
                    "Bonjour,\npeut-on passer de la tranche 1 à la tranche 2 tous les "
                    "jeudis jusqu’aux vacances ?"
                ),
            ),
            (
                "commune",
                (
                    "Bonjour,\noui : choisissez la tranche 2 sur les dates voulues "
                    "dans « Mes réservations », la veille avant 17h au plus tard."
                ),
            ),
        ],
        None,
        True,
    ),
    (
        20,
        "camille.vasseur@example.org",
        "situation",
        "Nouveau numéro de téléphone",
        [
            (
                "family",
                "Bonjour,\nmon numéro a changé, je l’ai corrigé dans mon foyer.",
            ),
            ("commune", "Bonjour,\nc’est enregistré, merci."),
            ("closed", ""),
        ],
        None,
        True,
    ),
]


class Demonstration(valdurenque.Demonstration):
    def _load_town_life(self):
        """Publish news and let the demonstration parents ask; no e-mail is sent."""
        quiet = self.with_context(
            mail_create_nolog=True,
            mail_notify_force_send=False,
            tracking_disable=True,
        )
        quiet._load_news()
        quiet._load_requests()
        unsent = [("model", "=", "espace.request"), ("state", "=", "outgoing")]
        self.env["mail.mail"].search(unsent).unlink()

    def _days_ago(self, days, hour=9):
        """Return a time of a day before today, naive UTC."""
        company = self._company()
        day = company._espace_today() - timedelta(days=days)
        return to_utc(datetime.combine(day, time(hour)), company.espace_tz)

    def _load_news(self):
        for days, kind, title, body, more, activity in NEWS:
            values = {
                "name": title,
                "kind": kind,
                "body": body,
                "publish_at": self._days_ago(days),
                "released_at": self._days_ago(days),
                "company_id": self._company().id,
                "pinned": more.get("pinned", False),
            }
            if more.get("menu"):
                values["attachment_ids"] = [
                    Command.create(
                        {
                            "name": f"{more['menu']}.pdf",
                            "raw": page(more["menu"]),
                            "mimetype": "application/pdf",
                        }
                    )
                ]
            if activity:
                option = self.env.ref(f"espace_famille.{activity}")
                values["audience"] = "activity"
                values["activity_ids"] = [Command.set(option.ids)]
            self.env["espace.news"].create(values)

    def _load_requests(self):
        agent = self.env["res.users"].search([("login", "=", AGENT)])
        for days, email, kind, name, messages, file, assigned in REQUESTS:
            guardian = self.env["espace.guardian"].search(
                [("email", "=", email), ("company_id", "=", self._company().id)],
                limit=1,
            )
            family = guardian.family_id
            (_who, text), *answers = messages
            request = self.env["espace.request"]._ask(
                family,
                guardian.partner_id,
                {"kind": kind, "name": name, "child_id": family.child_ids[:1].id},
                text,
                [(f"{file}.pdf", page(file))] if file else (),
                self._days_ago(days),
            )
            self._date_back(request, self._days_ago(days))
            if assigned:
                request.with_user(agent).action_take()
            for who, answer in answers:
                if who == "closed":
                    request.action_close()
                    continue
                request.with_user(agent).sudo().message_post(
                    body=answer,
                    date=self._days_ago(days - 1, 14),
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )

    def _date_back(self, request, instant):
        """Date a request as if it had been written then."""
        request.flush_recordset()
        self.env.cr.execute(
            "UPDATE espace_request SET create_date = %s WHERE id = %s",
            (instant, request.id),
        )
        request.invalidate_recordset(["create_date"])
