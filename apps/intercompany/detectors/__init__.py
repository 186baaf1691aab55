"""What can be wrong between companies of the group, one file each."""
