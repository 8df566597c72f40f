"""The serving function as a container image, for those who prefer images, or need no nightly retrain.

assemble.py    a model version of the registry -> the folder `build`, which the image is made from
predict.py     the image's entry point

`Dockerfile` makes the image of that folder. `template.yaml` is for AWS SAM: POST /predict, the image behind it, and a
bucket. An image is one model version: it knows no alias, no gate and no rollback.
"""
