using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EasyExplain.Weights;

/// <summary>
/// Reads a pickle as torch.save writes it: tensors, storages, collections and plain values. Classes and functions are only names here:
/// the few that belong to tensors are understood, what any other one would make is a <see cref="PickledObject"/>, and none is ever
/// looked up, called or instantiated.
/// </summary>
/// <param name="stream">The pickle's bytes.</param>
/// <param name="length">How many there are.</param>
/// <param name="script">
/// Whether it belongs to a TorchScript archive: a whole object is then what is asked for, and its attributes are kept.
/// </param>
/// <remarks>
/// The format is a program for a small stack machine, described in Python's pickletools. It may be hostile: what it announces is checked
/// against what is there (<see cref="PickleInput"/>), what it makes is counted, and nothing here recurses.
/// Python gives the memo numbers in order, one after the other; that is demanded.
/// </remarks>
internal sealed class Unpickler(Stream stream, long length, bool script = false)
{
    // A tensor costs some 35 instructions; a value made by one instruction costs some 50 bytes of memory.
    private const int MostInstructions = 4_000_000;
    private const int LargestInteger = 1024;

    private readonly PickleInput _input = new(stream, length);
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly List<object?> _memo = [];
    private readonly Dictionary<string, PickledStorage> _storages = [];
    private long _instructions;
    private bool _hasArrays;

    /// <summary>Every storage the pickle speaks of, by its key.</summary>
    public IReadOnlyDictionary<string, PickledStorage> Storages => _storages;

    /// <summary>Reads one pickle, up to its end; the stream then stands right behind it.</summary>
    /// <exception cref="InvalidDataException">
    /// The pickle is broken, or a whole Python object, such as a model, rather than data.
    /// </exception>
    public object? Load()
    {
        try
        {
            return Follow();
        }
        catch (InvalidDataException e) when (_hasArrays && _input.IsTooLarge)
        {
            throw new InvalidDataException(StateDict.HoldsArrays, e);
        }
    }

    private object? Follow()
    {
        while (true)
        {
            Count(1);
            var opcode = (PickleOpcode)_input.Byte();
            if (opcode == PickleOpcode.Stop)
            {
                return Pop() switch
                {
                    var whole when script => whole,
                    PickledObject { IsArray: true } => throw new InvalidDataException(StateDict.HoldsArrays),
                    PickledObject { Count: 0 } whole => throw Whole(whole.Class),
                    PickledGlobal name => throw Whole(name.Name),
                    var result => result,
                };
            }
            Run(opcode);
        }
    }

    private void Run(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(_input.Byte()); break;
            case PickleOpcode.Frame: _input.Bytes(sizeof(long)); break;

            case PickleOpcode.Mark: _marks.Add(_stack.Count); break;
            case PickleOpcode.Pop: Discard(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Dup: Push(Top()); break;
            case PickleOpcode.Put: Memoize(Number(_input.Line())); break;
            case PickleOpcode.BinPut: Memoize(_input.Byte()); break;
            case PickleOpcode.LongBinPut: Memoize(_input.UInt32()); break;
            case PickleOpcode.Memoize: Memoize(_memo.Count); break;
            case PickleOpcode.Get: Push(Remembered(Number(_input.Line()))); break;
            case PickleOpcode.BinGet: Push(Remembered(_input.Byte())); break;
            case PickleOpcode.LongBinGet: Push(Remembered(_input.UInt32())); break;

            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(true); break;
            case PickleOpcode.NewFalse: Push(false); break;
            case PickleOpcode.Int: Push(IntOrBool(_input.Line())); break;
            case PickleOpcode.BinInt: Push((long)_input.Int32()); break;
            case PickleOpcode.BinInt1: Push((long)_input.Byte()); break;
            case PickleOpcode.BinInt2: Push((long)_input.UInt16()); break;
            case PickleOpcode.Long: Push(Narrow(Number(_input.Line().TrimEnd('L')))); break;
            case PickleOpcode.Long1: Push(Integer(_input.Byte())); break;
            case PickleOpcode.Long4: Push(Integer(_input.Int32())); break;
            case PickleOpcode.Float: Push(Real(_input.Line())); break;
            case PickleOpcode.BinFloat: Push(_input.BigEndianDouble()); break;
            // Protocol 0 alone writes these two, and it cannot hold tensors: they only have to lead to the error that says so.
            case PickleOpcode.Unicode or PickleOpcode.String: Push(_input.Line().Trim('\'', '"')); break;
            case PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinString: Push(_input.Text(_input.Byte())); break;
            case PickleOpcode.BinUnicode: Push(_input.Text(_input.UInt32())); break;
            case PickleOpcode.BinUnicode8: Push(_input.Text(_input.Int64())); break;
            case PickleOpcode.BinString: Push(_input.Text(_input.Int32())); break;
            case PickleOpcode.ShortBinBytes: Push(_input.Bytes(_input.Byte())); break;
            case PickleOpcode.BinBytes: Push(_input.Bytes(_input.UInt32())); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: Push(_input.Bytes(_input.Int64())); break;

            case PickleOpcode.EmptyTuple: Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple or PickleOpcode.FrozenSet: Push(PopToMark()); break;
            case PickleOpcode.Tuple1: Push(Pop(1)); break;
            case PickleOpcode.Tuple2: Push(Pop(2)); break;
            case PickleOpcode.Tuple3: Push(Pop(3)); break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet: Push(new List<object?>()); break;
            case PickleOpcode.List: Push(PopToMark().ToList()); break;
            case PickleOpcode.Append: Extend(Pop(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: Extend(PopToMark()); break;
            case PickleOpcode.EmptyDict: Push(new PickledDictionary()); break;
            case PickleOpcode.Dict: PushDictionary(PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.Global: Push(new PickledGlobal($"{_input.Line()}.{_input.Line()}")); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(Pop(2)); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(Pop(2)); break;
            case PickleOpcode.NewObjEx: Call(Pop(3)); break;
            case PickleOpcode.Obj: Call(PopToMark() is [var type, .. var given] ? [type, given] : []); break;
            case PickleOpcode.Inst: Instantiate(); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.BinPersId: Push(Persistent(Pop())); break;
            case PickleOpcode.PersId:
                throw new InvalidDataException(
                    "The file was written with pickle protocol 0, which cannot hold tensors (PyTorch does not read it back either). " +
                    "Save it again with torch.save's default protocol.");
            default:
                throw new InvalidDataException(
                    $"The pickle has the instruction 0x{(byte)opcode:x2} in it, which torch.save does not write.");
        }
    }

    // ---- stack and memo

    private void Push(object? value) => _stack.Add(value);

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count)
    {
        Demand(count);
        object?[] values = CollectionsMarshal.AsSpan(_stack)[^count..].ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object? Top()
    {
        Demand(1);
        return _stack[^1];
    }

    private void Demand(int count)
    {
        // What lies below a mark belongs to whoever set the mark.
        if (_stack.Count - count < (_marks.Count > 0 ? _marks[^1] : 0))
        {
            throw new InvalidDataException("The pickle takes more values from its stack than it has put there.");
        }
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw new InvalidDataException("The pickle closes a collection that it has not opened.");
        }
        object?[] values = Pop(_stack.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>POP takes a value, or a mark where that is on top.</summary>
    private void Discard()
    {
        if (_marks.Count > 0 && _marks[^1] == _stack.Count)
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    private void Memoize(BigInteger index)
    {
        if (index < 0 || index > _memo.Count)
        {
            throw new InvalidDataException(
                $"The pickle stores its value number {index} in the memo, where number {_memo.Count} would be next.");
        }
        if (index == _memo.Count)
        {
            _memo.Add(Top());
        }
        else
        {
            _memo[(int)index] = Top();
        }
    }

    private object? Remembered(BigInteger index) =>
        index >= 0 && index < _memo.Count
            ? _memo[(int)index]
            : throw new InvalidDataException($"The pickle asks for its value number {index}, but has stored {_memo.Count} so far.");

    private void Count(long instructions)
    {
        _instructions += instructions;
        if (_instructions > MostInstructions)
        {
            throw new InvalidDataException($"The pickle has more than {MostInstructions} instructions; no state dict needs as many.");
        }
    }

    // ---- plain values

    private static void CheckProtocol(byte protocol)
    {
        if (protocol > 5)
        {
            throw new InvalidDataException($"The pickle's protocol is {protocol}; read are 0 to 5.");
        }
    }

    private object Integer(int byteCount) =>
        byteCount is >= 0 and <= LargestInteger
            ? Narrow(new BigInteger(_input.Bytes(byteCount)))
            : throw new InvalidDataException(
            $"The pickle announces an integer of {byteCount} bytes; at most {LargestInteger} are accepted.");

    private static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    // Protocols 0 and 1 write booleans as the integers 00 and 01.
    private static object IntOrBool(string line) => line switch { "00" => false, "01" => true, _ => Narrow(Number(line)) };

    private static BigInteger Number(string line) =>
        line.Length <= LargestInteger && BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out BigInteger value)
            ? value
            : throw new InvalidDataException("The pickle has something else where an integer is expected.");

    private static object Real(string line) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InvalidDataException("The pickle has something else where a number is expected.");

    // ---- collections

    private void Extend(object?[] items)
    {
        switch (Top())
        {
            case List<object?> list: list.AddRange(items); break;
            case PickledObject: break; // of a class that may be a kind of list; nothing in one is needed
            default: throw new InvalidDataException("The pickle appends to something that is not a list.");
        }
    }

    private void PushDictionary(object?[] items)
    {
        Push(new PickledDictionary());
        SetItems(items);
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not PickledDictionary dictionary || items.Length % 2 != 0)
        {
            throw new InvalidDataException("The pickle sets items of something that is not a dictionary.");
        }
        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary.Add(new(items[i], items[i + 1]));
        }
    }

    // ---- things by name

    private void PushStackGlobal(object?[] names)
    {
        if (names is not [string module, string name])
        {
            throw new InvalidDataException("The pickle names a class by something that is not text.");
        }
        Push(new PickledGlobal($"{module}.{name}"));
    }

    private void Instantiate()
    {
        var type = new PickledGlobal($"{_input.Line()}.{_input.Line()}");
        Call([type, PopToMark()]);
    }

    /// <summary>What the pickle wants called, with its arguments behind it.</summary>
    private void Call(object?[] call)
    {
        if (call is [PickledObject made, ..])
        {
            // A function that another function would have found, such as getattr.
            Push(new PickledObject(made.Class));
            return;
        }
        if (script && call is [PickledGlobal tag, object?[] and [var tagged, ..]]
            && tag.Name.StartsWith("torch.jit._pickle.", StringComparison.Ordinal))
        {
            // Lists whose elements' type is said: build_intlist, restore_type_tag and so on.
            Push(tagged);
            return;
        }
        // A tensor of a class of its own, or with attributes: within the arguments is the call that makes the plain tensor.
        if (call is [PickledGlobal { Name: "torch._tensor._rebuild_from_type_v2" }, object?[]
            and [PickledGlobal maker, _, object?[] inner, ..]])
        {
            call = [maker, inner];
        }
        if (call is not [PickledGlobal function, object?[] arguments, ..])
        {
            throw new InvalidDataException("The pickle calls something that is not a function.");
        }
        Push((function.Name, arguments) switch
        {
            ("collections.OrderedDict", _) => OrderedDictionary(arguments),
            ("torch.Size", [object?[] sizes]) => sizes,
            ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2",
                [PickledStorage storage, long offset and >= 0, object?[] shape, object?[] strides, ..])
                => new PickledTensor(storage, storage.Start + offset, shape, strides),
            ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [PickledTensor tensor, ..]) => tensor,
            ("torch.Size" or "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" or
                "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", _)
                => throw new InvalidDataException($"The pickle calls '{function.Name}' with arguments that it does not take."),
            // Protocols 0 and 1 name the class of an object one level deeper.
            ("copy_reg._reconstructor" or "copyreg._reconstructor", [PickledGlobal type, ..]) => new PickledObject(type.Name),
            _ => Made(function.Name),
        });

        PickledObject Made(string name)
        {
            var made = new PickledObject(name);
            _hasArrays |= made.IsArray;
            return made;
        }
    }

    /// <summary>Python 3 fills it afterwards; Python 2, in which many older weights were saved, hands over a list of pairs.</summary>
    private PickledDictionary OrderedDictionary(object?[] arguments)
    {
        var dictionary = new PickledDictionary();
        if (arguments is [List<object?> pairs])
        {
            // Copied, and a pickle can have the same list copied again and again.
            Count(pairs.Count);
            foreach (object? pair in pairs)
            {
                dictionary.Add(pair switch
                {
                    List<object?> and [var key, var value] => new(key, value),
                    object?[] and [var key, var value] => new(key, value),
                    _ => throw new InvalidDataException("The pickle makes a dictionary from something that is not a list of pairs."),
                });
            }
        }
        else if (arguments.Length > 0)
        {
            throw new InvalidDataException("The pickle makes a dictionary from something that is not a list of pairs.");
        }
        return dictionary;
    }

    /// <summary>
    /// BUILD sets attributes. A state dict has one, <c>_metadata</c>, the versions of its modules' layouts; neither that nor what other
    /// objects have inside is needed here, but for the modules of a TorchScript archive.
    /// </summary>
    private void Build()
    {
        object? state = Pop();
        switch (Top())
        {
            case PickledObject made when script && state is PickledDictionary attributes:
                Count(attributes.Count);
                made.AddRange(attributes);
                break;
            case PickledDictionary: break;
            default: throw new InvalidDataException("The pickle sets attributes of something that is not a dictionary.");
        }
    }

    /// <summary>
    /// What the pickle keeps outside of itself: storages, and in the legacy format the classes of modules with their source text.
    /// </summary>
    private object Persistent(object? id)
    {
        switch (id)
        {
            case object?[] and ["module", PickledGlobal type, ..]:
                return type;
            case object?[] and ["storage", PickledGlobal type, string key, _, long count, .. var rest]:
                if (ElementTypes.FromStorageClass(type.Name) is not { } elementType)
                {
                    throw new InvalidDataException($"The file holds elements of the type '{type.Name}', which are not read.");
                }
                PickledStorage root = new(elementType, key, count);
                if (count < 0 || (_storages.TryGetValue(key, out PickledStorage? known) && known != root))
                {
                    throw new InvalidDataException($"The pickle describes the storage '{key}' in two ways, or with a size of {count}.");
                }
                _storages[key] = root;
                return rest switch
                {
                    [] or [null] => root,
                    [object?[] and [string, long start and >= 0, long size and >= 0]] when start <= count - size =>
                        root with { Start = start },
                    _ => throw new InvalidDataException($"The pickle describes a part of the storage '{key}' that lies outside of it."),
                };
            default:
                throw new InvalidDataException("The pickle refers to data outside of itself that is not a storage.");
        }
    }

    private static InvalidDataException Whole(string type) =>
        new($"The file holds a whole pickled model (or another Python object) of class '{type}'. {PickledModels.Advice(type, null)}");
}
