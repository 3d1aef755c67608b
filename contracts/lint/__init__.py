"""Rules about clients, judged over whole runs: does it page to the end, wait, retry what may be retried?"""
