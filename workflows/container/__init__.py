"""A model version as a container image, for those who prefer images, or need no nightly retrain.

assemble.py         a model version of the registry -> the folder `build`, which the image is made from
version_package.py  the package of a version becomes files
predict.py          the image's entry point as a function of Lambda

`Dockerfile` makes the image of that folder. By itself it is an inference server as SageMaker calls it
(`workflows/inference`). `template.yaml` is for AWS SAM: POST /predict, the image behind it as a function of Lambda,
and a bucket. An image is one model version: it knows no alias, no gate and no rollback.
"""
