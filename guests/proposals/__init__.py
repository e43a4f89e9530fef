"""Who could look after whom: the rules and wishes as numbers, the best answer with its proof, and why it is so."""
