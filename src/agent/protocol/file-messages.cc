// SPDX-License-Identifier: Apache-2.0
// Messages of the files of a place that shares no disk with the coordinator.
#include "agent/protocol/parts.hh"

namespace cirque::agent {

std::string toBytes(const PutTree& put) {
    Writer out = callOf(CallKind::PutTree);
    out.text(put.folder);
    out.text(put.entry);
    return std::move(out).take();
}

Result<PutTree> parsePutTree(std::string_view payload) {
    Reader in = argumentsOf(payload);
    PutTree put;
    put.folder = in.text();
    put.entry = in.text();
    return finished(in, std::move(put), "a tree");
}

std::string toBytes(const NoteFiles& note) {
    Writer out = callOf(CallKind::NoteFiles);
    out.text(note.folder);
    out.list(note.patterns, writeText);
    return std::move(out).take();
}

Result<NoteFiles> parseNoteFiles(std::string_view payload) {
    Reader in = argumentsOf(payload);
    NoteFiles note;
    note.folder = in.text();
    in.list(note.patterns, readText);
    return finished(in, std::move(note), "a list of files");
}

std::string toBytes(const ReadFilesCall& read) {
    Writer out = callOf(CallKind::ReadFiles);
    out.text(read.pattern);
    out.number(read.files);
    out.number(read.fileBytes);
    out.number(read.bytes);
    return std::move(out).take();
}

Result<ReadFilesCall> parseReadFiles(std::string_view payload) {
    Reader in = argumentsOf(payload);
    ReadFilesCall read;
    read.pattern = in.text();
    read.files = in.number();
    read.fileBytes = in.number();
    read.bytes = in.number();
    return finished(in, std::move(read), "a question for files");
}

std::string toBytes(const PutArtifact& put) {
    Writer out = callOf(CallKind::PutArtifact);
    out.text(put.name);
    out.text(put.path);
    return std::move(out).take();
}

Result<PutArtifact> parsePutArtifact(std::string_view payload) {
    Reader in = argumentsOf(payload);
    PutArtifact put;
    put.name = in.text();
    put.path = in.text();
    return finished(in, std::move(put), "an artifact");
}

std::string toBytes(const GetArtifact& get) {
    Writer out = callOf(CallKind::GetArtifact);
    out.text(get.name);
    out.text(get.path);
    return std::move(out).take();
}

Result<GetArtifact> parseGetArtifact(std::string_view payload) {
    Reader in = argumentsOf(payload);
    GetArtifact get;
    get.name = in.text();
    get.path = in.text();
    return finished(in, std::move(get), "an artifact");
}

std::string doneBytes(const FilesListed& listed) {
    Writer out = doneWith(true);
    out.list(listed.files, [](Writer& to, const std::pair<std::string, std::int64_t>& file) {
        to.text(file.first);
        to.number(file.second);
    });
    out.list(listed.untouched, writeText);
    return std::move(out).take();
}

Result<FilesListed> parseFilesListed(std::string_view payload) {
    Reader in(payload);
    CIRQUE_TRY(readVerdict(in));
    FilesListed listed;
    in.list(listed.files, [](Reader& from) {
        std::string path = from.text();
        return std::pair(std::move(path), from.number());
    });
    in.list(listed.untouched, readText);
    return finished(in, std::move(listed), "a list of files");
}

std::string doneBytes(const ArtifactTaken& taken) {
    Writer out = doneWith(true);
    out.number(taken.bytes);
    out.number(taken.files);
    out.text(taken.sha256);
    out.list(taken.skipped, writeText);
    return std::move(out).take();
}

Result<ArtifactTaken> parseArtifactTaken(std::string_view payload) {
    Reader in(payload);
    CIRQUE_TRY(readVerdict(in));
    ArtifactTaken taken;
    taken.bytes = in.number();
    taken.files = in.number();
    taken.sha256 = in.text();
    in.list(taken.skipped, readText);
    return finished(in, std::move(taken), "an artifact");
}

} // namespace cirque::agent
