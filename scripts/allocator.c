// How jemalloc, which build.sh links into both programs, behaves (jemalloc(3), "TUNING").
//
// A thread of its own gives memory that nobody uses any more back to the kernel, though nothing is allocated meanwhile:
// after ten thousand agents have come at once. Few arenas: an event loop a core does nearly all of the work, and what one
// of them has freed another can then use.
const char *malloc_conf = "background_thread:true,max_background_threads:1,narenas:4";
