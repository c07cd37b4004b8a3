namespace EasyExplain.Weights;

/// <summary>The instructions of Python's pickle format, protocols 0 to 5, that a file from torch.save can hold.</summary>
internal enum PickleOpcode : byte
{
    // the frame of it all
    Proto = 0x80,
    Frame = 0x95,
    Stop = (byte)'.',

    // the stack and the memo
    Mark = (byte)'(',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Dup = (byte)'2',
    Put = (byte)'p',
    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    Memoize = 0x94,
    Get = (byte)'g',
    BinGet = (byte)'h',
    LongBinGet = (byte)'j',

    // plain values
    None = (byte)'N',
    NewTrue = 0x88,
    NewFalse = 0x89,
    Int = (byte)'I',
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    Long = (byte)'L',
    Long1 = 0x8a,
    Long4 = 0x8b,
    Float = (byte)'F',
    BinFloat = (byte)'G',
    Unicode = (byte)'V',
    String = (byte)'S',
    ShortBinUnicode = 0x8c,
    BinUnicode = (byte)'X',
    BinUnicode8 = 0x8d,
    ShortBinString = (byte)'U',
    BinString = (byte)'T',
    ShortBinBytes = (byte)'C',
    BinBytes = (byte)'B',
    BinBytes8 = 0x8e,
    ByteArray8 = 0x96,

    // collections
    EmptyTuple = (byte)')',
    Tuple = (byte)'t',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    EmptyList = (byte)']',
    List = (byte)'l',
    Append = (byte)'a',
    Appends = (byte)'e',
    EmptyDict = (byte)'}',
    Dict = (byte)'d',
    SetItem = (byte)'s',
    SetItems = (byte)'u',
    EmptySet = 0x8f,
    AddItems = 0x90,
    FrozenSet = 0x91,

    // things by name
    Global = (byte)'c',
    StackGlobal = 0x93,
    Reduce = (byte)'R',
    Build = (byte)'b',
    NewObj = 0x81,
    NewObjEx = 0x92,
    Inst = (byte)'i',
    Obj = (byte)'o',
    PersId = (byte)'P',
    BinPersId = (byte)'Q',
}
