"""A parent who hears the pages: the accessibility tree of Chromium, and the keyboard.

What is not in the tree does not exist here: things are found by role and name, reached
by focus and used by keys; what happens is known by live regions and headings alone.
"""

import re
import time

# What a screen reader passes over in silence.
SILENT = {"none", "generic", "InlineTextBox", "StaticText", "LineBreak"}
PATIENCE = 30


class Reader:
    """Reads the page of a visit."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.devtools = visit.context.new_cdp_session(visit.page)
        self.devtools.send("Accessibility.enable")
        self.devtools.send("DOM.enable")

    def nodes(self):
        """Return what is read, in its order: nodes of the tree that are not ignored."""
        # Chromium sends the tree a level at a time; it is read in depth.
        tree = self.devtools.send("Accessibility.getFullAXTree")["nodes"]
        known = {one["nodeId"]: one for one in tree}
        read, ahead = [], [one for one in tree if one.get("parentId") not in known]
        ahead.reverse()
        while ahead:
            one = ahead.pop()
            if not one["ignored"]:
                read.append(one)
            below = reversed(one.get("childIds", []))
            ahead += [known[child] for child in below if child in known]
        return read

    def heard(self):
        """Return [(role, name)] of what is read."""
        return [
            (role(one), name(one)) for one in self.nodes() if role(one) not in SILENT
        ]

    def text(self):
        """Return all that is read, as one text."""
        words = (name(one) for one in self.nodes() if role(one) == "StaticText")
        return re.sub(r"\s+", " ", " ".join(words))

    def find(self, wanted, pattern):
        """Return the nodes of a role whose name matches."""
        return [
            one
            for one in self.nodes()
            if role(one) == wanted and re.search(pattern, name(one))
        ]

    def one(self, wanted, pattern):
        """Return the first such node, once it is there."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := self.find(wanted, pattern):
                return found[0]
            self.page.wait_for_timeout(100)
        heard = "\n".join(f"{role}: {name}" for role, name in self.heard())
        raise AssertionError(f"no {wanted} “{pattern}” is heard:\n{heard}")

    def go_to(self, wanted, pattern):
        """Put the focus on something by its role and name; return its properties."""
        node = self.one(wanted, pattern)
        self.devtools.send("DOM.focus", {"backendNodeId": node["backendDOMNodeId"]})
        return properties(node)

    def press(self, wanted, pattern, key="Enter"):
        """Use something by the keyboard."""
        self.go_to(wanted, pattern)
        self.page.keyboard.press(key)

    def follow(self, wanted, pattern, key="Enter"):
        """The same where another page follows."""
        self.go_to(wanted, pattern)
        with self.page.expect_navigation(timeout=60_000):
            self.page.keyboard.press(key)
        self.visit.settle()

    def type(self, pattern, text):
        self.go_to("textbox", pattern)
        self.page.keyboard.type(text)

    def announced(self, pattern):
        """Wait until a live region says this; return what it says."""
        end = time.monotonic() + PATIENCE
        said = []
        while time.monotonic() < end:
            said = self.live()
            for words in said:
                if re.search(pattern, words):
                    return words
            self.page.wait_for_timeout(50)
        raise AssertionError(f"“{pattern}” is not announced, but {said}")

    def live(self):
        """Return what the live regions say."""
        nodes = self.devtools.send("Accessibility.getFullAXTree")["nodes"]
        known = {one["nodeId"]: one for one in nodes}

        def words(node):
            if role(node) == "StaticText":
                yield name(node)
                return
            for child in node.get("childIds", []):
                if child in known:
                    yield from words(known[child])

        return [
            re.sub(r"\s+", " ", " ".join(words(one))).strip()
            for one in nodes
            if properties(one).get("live") in ("polite", "assertive")
        ]

    def headings(self):
        """Return [(level, name)] as a list of headings shows them."""
        return [
            (properties(one).get("level"), name(one))
            for one in self.nodes()
            if role(one) == "heading"
        ]

    def landmarks(self):
        return [
            (role(one), name(one))
            for one in self.nodes()
            if role(one) in ("banner", "navigation", "main", "contentinfo")
        ]


def role(node):
    return node.get("role", {}).get("value", "")


def name(node):
    return re.sub(r"\s+", " ", str(node.get("name", {}).get("value", ""))).strip()


def properties(node):
    return {
        one["name"]: one["value"].get("value") for one in node.get("properties", ())
    }
