//! REST beside the graph: byte ranges, HLS, images, guide upload.
