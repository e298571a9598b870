"""Where chunks are lived: processes of this machine, array jobs of a cluster, or a script for one."""
