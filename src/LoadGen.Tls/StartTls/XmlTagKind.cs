namespace LoadGen.Tls.StartTls;

/// <summary>The kinds of tags in an XML stream.</summary>
internal enum XmlTagKind
{
    /// <summary>Such as the one at the beginning, <c>&lt;?xml version='1.0'?&gt;</c>.</summary>
    Declaration,

    /// <summary><c>&lt;name&gt;</c></summary>
    Start,

    /// <summary><c>&lt;/name&gt;</c></summary>
    End,

    /// <summary><c>&lt;name/&gt;</c></summary>
    Empty,
}
