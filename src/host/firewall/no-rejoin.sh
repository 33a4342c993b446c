# Replaces rejoin.sh if no container shares the network of another one. Few hosts have one, and the size counts.

