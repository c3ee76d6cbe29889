//! Does a dump look complete? Each kind of dump in its own way, on nothing but its bytes. Pure.
