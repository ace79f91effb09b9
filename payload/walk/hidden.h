// Included first in every file of the walker: nothing in it is found through a table that would need
// relocations.
#pragma GCC visibility push(hidden)
