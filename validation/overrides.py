"""Overrides of memristors' decks that several tables make: contacts, electrons, interactions, numbers.

Each function returns a list for the argument `sets` of switching.Run. The decks have electrons as
species 0 and vacancies as species 1, two contacts, and the electrons' binding as interaction 0.
"""

CONTACTS = ("device.contacts[0].", "device.contacts[1].")


def at_contacts(setting):
    """The same at both contacts."""
    return [at + setting for at in CONTACTS]


def electrons_at_contacts(model):
    """The law of the electrons at both contacts, with its other numbers as by default."""
    return at_contacts(f'species[0]={{name="electron";model="{model}";}}')


def electrons(statistics, limit=None):
    """Electrons' statistics; limit: of the band, cm^-3."""
    text = f'statistics="{statistics}";' + (f'band_limit="{limit} cm^-3";' if limit else "")
    return ['device.species[0]={name="electron";' + text + "}"]


def reciprocal(name):
    """How the vacancies feel the electrons."""
    return [f'device.interactions[0].reciprocal="{name}"']


IMAGE_FORCE_OFF = at_contacts("image_force=false")
TUNNELLING_OFF = at_contacts("tunnelling=false")


def number(value, factor, form):
    """A cell of a table."""
    return "-" if value is None else format(value * factor, form)
