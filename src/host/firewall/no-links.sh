# In the place of links.sh where no interface on wires of the host is ours to make. Few hosts have any, and the size counts.

links() { :; }
