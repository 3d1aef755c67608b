"""Traffic as shapes: types, formats and lengths by class, and no value that anybody could recognise."""
