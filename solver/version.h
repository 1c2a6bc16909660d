/* The version of halidrift. CMake, the man page check and CITATION.cff take it from here. */
#ifndef HALIDRIFT_VERSION_H
#define HALIDRIFT_VERSION_H

#define HALIDRIFT_VERSION "0.1.0"

#endif
