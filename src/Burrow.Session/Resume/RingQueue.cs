namespace Burrow.Session.Resume;

/// <summary>A growing ring: a queue whose elements can be reached by index and by reference. Not thread-safe.</summary>
sealed class RingQueue<T>
{
    T[] _items = new T[16];
    int _head;

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[(_head + index) & (_items.Length - 1)];

    public void Enqueue(in T item)
    {
        if (Count == _items.Length) Grow();
        Count++;
        this[Count - 1] = item;
    }

    public void Dequeue()
    {
        this[0] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
    }

    void Grow()
    {
        var larger = new T[_items.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _items = larger;
        _head = 0;
    }
}
