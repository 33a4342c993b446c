# In the place of rejoin.sh where no container shares the network of another one. Few hosts have any, and the size counts.

