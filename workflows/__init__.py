"""What runs on a developer's or a CI machine: definitions, packages, stacks, deploy, the local AWS, commands."""
