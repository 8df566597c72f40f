"""What the holdout says of challenger and champion.

champion.py       The champion on the challenger's holdout: its measures, and the rules that the challenger is no
                  worse.
champion_fall.py  How the champion does on tonight's holdout beside what it did when it was judged itself.
differences.py    The rows of the holdout on which champion and challenger differ most: what a person looks at to
                  understand why.
evaluation.py     Judges an artifact on the holdout: the whole report, ready for JSON, and the verdict in it.
measures.py       Everything that a holdout says of a classifier, in one value: what thresholds are held against.
replay_sample.py  Rows of the holdout with the artifact's answers: what the published version is asked before it gets
                  any traffic.
"""
