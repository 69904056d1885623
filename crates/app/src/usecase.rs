//! What may be done: one folder per capability, one public function per file, called inside a unit of work or a view.
