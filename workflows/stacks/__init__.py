"""The two CloudFormation templates of a stage, as plain Python dictionaries.

    data.py          nightswap-S-data: the bucket and the token parameter, which outlive the rest
    main.py          nightswap-S: functions, state machine and rule, which can be thrown away and made again
    functions.py     how large each function is, and the resources that one function needs
    permissions.py   what each function may touch: one role each

A template does not know its account, its region or the packages. It takes the packages' SHA-256 as parameters,
because CloudFormation looks at the S3 key of a function's code and never at the bytes.
"""
