"""Run by the Python of the peer (Noethysweb), in its folder: the families of a town.

Writes what the client needs to know, as JSON, to the file named first. Calls the peer's
models alone; nothing of them is copied here.
"""

import datetime
import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "noethysweb.settings"
sys.path.insert(0, os.getcwd())
django.setup()

from core import models as peer
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore

PRICE = "3.60"


def main():
    target, families = sys.argv[1], int(sys.argv[2])
    past, coming = (
        [datetime.date.fromisoformat(day) for day in argument.split(",")]
        for argument in sys.argv[3:5]
    )
    town = build(min(past), max(coming), [*past, *coming])
    first = None
    for number in range(families):
        family = add_family(town, number, past)
        first = first or family
    agent = peer.Utilisateur.objects.create_superuser("agent", "a@example.org", "x")
    agent.categorie, agent.is_superuser = "utilisateur", True
    agent.save()
    with open(target, "w") as file:
        json.dump({**town.told, **first, "agent": session_of(agent)}, file)


class Town:
    told: dict


def build(first_day, last_day, days):
    town = Town()
    peer.Organisateur.objects.get_or_create(pk=1, defaults={"nom": "Commune"})
    structure = peer.Structure.objects.first() or peer.Structure.objects.create(
        nom="Commune"
    )
    town.activity = peer.Activite.objects.create(
        nom="Cantine",
        abrege="CANT",
        structure=structure,
        date_debut=first_day,
        date_fin=last_day,
        portail_reservations_affichage="TOUJOURS",
    )
    town.group = peer.Groupe.objects.create(
        activite=town.activity, nom="Tous", abrege="T", ordre=1
    )
    town.unit = peer.Unite.objects.create(
        activite=town.activity, ordre=1, nom="Repas", abrege="R", type="Unitaire"
    )
    town.category = peer.CategorieTarif.objects.create(
        activite=town.activity, nom="Tous"
    )
    name = peer.NomTarif.objects.create(activite=town.activity, nom="Repas")
    town.tariff = peer.Tarif.objects.create(
        activite=town.activity,
        nom_tarif=name,
        date_debut=first_day,
        methode="montant_unique",
    )
    town.tariff.categories_tarifs.add(town.category)
    town.line = peer.TarifLigne.objects.create(
        activite=town.activity,
        tarif=town.tariff,
        code="montant_unique",
        num_ligne=0,
        montant_unique=PRICE,
    )
    peer.Ouverture.objects.bulk_create(
        peer.Ouverture(
            activite=town.activity, unite=town.unit, groupe=town.group, date=day
        )
        for day in days
    )
    coming = [day for day in days if day > datetime.date.today()]
    period = peer.PortailPeriode.objects.create(
        activite=town.activity, nom="Mois", date_debut=min(coming), date_fin=last_day
    )
    town.told = {
        "activity": town.activity.pk,
        "group": town.group.pk,
        "unit": town.unit.pk,
        "category": town.category.pk,
        "tariff": town.tariff.pk,
        "line": town.line.num_ligne,
        "period": period.pk,
    }
    return town


def add_family(town, number, past):
    """Create a family of two children that came on all past days."""
    user = peer.Utilisateur.objects.create(username=f"F{number}", categorie="famille")
    # What a family has to confirm before it books is confirmed.
    confirmed = {"certification_date": datetime.datetime.now()}
    family = peer.Famille.objects.create(
        nom=f"Famille {number}", utilisateur=user, **confirmed
    )
    parent = peer.Individu.objects.create(
        civilite=3, nom=f"Famille {number}", prenom="Claire"
    )
    peer.Rattachement.objects.create(
        categorie=1, titulaire=True, famille=family, individu=parent, **confirmed
    )
    children, enrolments = [], []
    for rank in (1, 2):
        child = peer.Individu.objects.create(
            civilite=4, nom=f"Famille {number}", prenom=f"Enfant {rank}"
        )
        peer.Rattachement.objects.create(
            categorie=2, titulaire=False, famille=family, individu=child, **confirmed
        )
        enrolment = peer.Inscription.objects.create(
            individu=child,
            famille=family,
            activite=town.activity,
            groupe=town.group,
            categorie_tarif=town.category,
            date_debut=min(past),
        )
        children.append(child.pk)
        enrolments.append(enrolment.pk)
        for day in past:
            charge = peer.Prestation.objects.create(
                date=day,
                categorie="consommation",
                label="Repas",
                montant_initial=PRICE,
                montant=PRICE,
                activite=town.activity,
                tarif=town.tariff,
                famille=family,
                individu=child,
                categorie_tarif=town.category,
            )
            peer.Consommation.objects.create(
                individu=child,
                inscription=enrolment,
                activite=town.activity,
                date=day,
                unite=town.unit,
                groupe=town.group,
                etat="present",
                date_saisie=datetime.datetime.now(),
                categorie_tarif=town.category,
                prestation=charge,
            )
    return {
        "family": family.pk,
        "children": children,
        "enrolments": enrolments,
        "session": session_of(user),
    }


def session_of(user):
    """Open a session as a log-in does; return its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


if __name__ == "__main__":
    main()
