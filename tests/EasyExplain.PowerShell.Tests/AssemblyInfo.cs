// One engine with one libtorch: tests that run side by side would only wait for each other's threads.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
