# For the tests, so that what you set in project.auto.tfvars changes none of them.
pipeline_schedule = ""
pipeline_email    = ""
