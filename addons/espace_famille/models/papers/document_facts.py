"""Which documents children lack for the services they ask for, read once."""

from collections import defaultdict

from ...domain import documents


class DocumentFacts:
    """What a family must have handed in; a fixed number of queries."""

    def __init__(self, env, family, children, types):
        """Read what these children have of the document types of the commune."""
        self.types = types.filtered(
            lambda kind: kind.blocking and kind.needed_for != "nothing"
        )
        self.family = family
        self.papers = defaultdict(list)
        self._words = {}
        self.admitted = {}
        if self.types:
            self._read_papers(env, children)
        if any(self.types.mapped("provisional_months")):
            self.admitted = env["espace.enrolment"].sudo()._admitted_on(children)

    def _read_papers(self, env, children):
        found = (
            env["espace.document"]
            .sudo()
            .search(
                [
                    ("type_id", "in", self.types.ids),
                    "|",
                    ("child_id", "in", children.ids),
                    "&",
                    ("child_id", "=", False),
                    ("family_id", "=", self.family.id),
                ],
                order="issued_on, id",
            )
        )
        for document in found:
            key = (document.type_id.id, document.child_id.id)
            self.papers[key].append(document._as_paper())

    def lacks(self, child, activity, day):
        """Return [(type, `documents.Lack`), …] for a child on a day of service."""
        found = []
        if activity.is_emergency:  # a right of every pupil of the school
            return found
        for kind in self.types:
            if kind._needed_in(activity, child):
                owner = child.id if kind.about == "child" else False
                papers = self.papers.get((kind.id, owner), ())
                lack = documents.lack(papers, day)
                if lack and not self._is_provisional(kind, child, papers, day):
                    found.append((kind, lack))
        return found

    def _is_provisional(self, kind, child, papers, day):
        """Tell whether a child is admitted on that day although a paper lacks."""
        if not kind.provisional_months:
            return False
        admitted = self.admitted[child.id]
        last = documents.provisional_until(admitted, papers, kind.provisional_months)
        return day <= last

    def words(self, child, activity, day):
        """Say all that is lacking and what to do, '' when nothing is."""
        if not self.types:
            return ""
        return " ".join(map(self._say, self.lacks(child, activity, day)))

    def _say(self, found):
        """Say one lack; most days of a month lack the same."""
        if found not in self._words:
            kind, lack = found
            self._words[found] = kind._lack_words(lack)
        return self._words[found]
