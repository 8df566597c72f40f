"""Fits a recipe's estimator.

estimator.py         the fit, part by part or in one piece, and the facts about it
search/              the best parameters of an estimator, before the fit
draw.py              few rows of many, for what looks at few
memory.py            what a fit part by part needs
cross_validation.py  how well the recipe does on the training part
typical.py           a typical row of the training, which explanations begin at
threshold_choice.py  the operating point, on rows that the cross-validation held out
imported_answers.py  asks an imported model about rows before it is taken
imported.py          a model that was trained elsewhere, in the place of a fit
built_in.py          a model of one of SageMaker's own algorithms, in the place of a fit
trial.py             a fit of few rows, before the real one
"""
