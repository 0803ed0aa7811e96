namespace LoadGen.Web;

/// <summary>The live pages that are open, so that a coordinator which ends with its run lets them show the verdict first. Safe for concurrent use.</summary>
internal sealed class PageViews
{
    private readonly Lock _lock = new();
    private readonly HashSet<object> _open = [];
    private readonly HashSet<object> _done = [];
    private TaskCompletionSource? _allDone;

    public void Open(object page) => Change(() => _open.Add(page));

    /// <summary>What came of the run has reached the reader's browser.</summary>
    public void ShowedEnd(object page) => Change(() => _done.Add(page));

    public void Close(object page) => Change(() =>
    {
        _open.Remove(page);
        _done.Remove(page);
    });

    /// <summary>Ends when every open page has shown what came of the run.</summary>
    public Task AllShowedEndAsync()
    {
        lock (_lock)
        {
            _allDone ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            CompleteIfAllDone();
            return _allDone.Task;
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            CompleteIfAllDone();
        }
    }

    private void CompleteIfAllDone()
    {
        if (_open.IsSubsetOf(_done))
        {
            _allDone?.TrySetResult();
        }
    }
}
