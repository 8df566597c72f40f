"""The container way: the serving function as an image, for those who rather run images, or no nightly retrain at all.

    assemble        a model version of the registry -> the folder `build`, which the image is made from
    Dockerfile      that folder -> the image
    predict         the image's entry point
    template.yaml   POST /predict, the image behind it, and a bucket, for AWS SAM

An image is one model version: it knows no alias, no gate and no rollback.
"""
