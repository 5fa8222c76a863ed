"""What routing must have learnt from a list of actions: the contract's rules, written down a second time."""
import re

STOP_WORDS = set(
    "the a an is are was were be been being have has had do does did will would could should may might must shall can to"
    " of in for on with at by from as or and but if then else when where how all each every both few more most other some"
    " such no nor not only own same so than too very just also now here there this that these those file path true false"
    " null undefined error ok".split()
)


def keywords(text):
    counts = {}
    for word in re.sub(r"[^a-z0-9\-_\s]", " ", text.lower()).split():
        if 3 <= len(word) <= 29 and word not in STOP_WORDS:
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: -counts[word])[:10]


class Reference:
    def __init__(self):
        self.rows = {}

    def learn(self, tool, text, exit_code):
        success = exit_code == 0
        for word in keywords(text):
            row = self.rows.get((word, tool))
            if row is None:
                row = self.rows[word, tool] = [1.0, 0, 0]
            else:
                row[0] = min(5.0, max(0.1, row[0] + (0.1 if success else -0.05)))
            row[1] += 1
            row[2] += success

    def suggest(self, word):
        """{tool: (score, usage_count, success_rate)} for one keyword."""
        return {
            tool: (round(score, 3), usage, round(100 * success / usage))
            for (known, tool), (score, usage, success) in self.rows.items()
            if known == word
        }
