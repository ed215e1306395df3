#pragma once

#include "fake/answer.hpp"
#include "fake/call.hpp"
#include "fake/context.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace karmen::http {
class MultipartReader;
}

namespace karmen::fake {

/// OctoPrint's REST interface for a Context: access, requests and answers. Loop only; the context outlives it. Errors
/// that a real server would answer are responses; only failures of the simulator itself are thrown.
class OctoPrintApi {
  public:
    explicit OctoPrintApi(Context& context) : context_(context) {}

    /// Any path; 404 and 405 in the words of the real server.
    Awaitable<http::Response> handle(Call& call);

  private:
    using Handler = Awaitable<http::Response> (OctoPrintApi::*)(Call&);
    struct Route {
        std::string_view method;
        std::string_view path;  ///< `*` at the end stands for at least one character
        Handler handler;
    };
    static const Route kRoutes[];

    Awaitable<http::Response> dispatch(Call& call);

    Awaitable<http::Response> get_root(Call& call);
    Awaitable<http::Response> get_version(Call& call);
    Awaitable<http::Response> get_server(Call& call);
    Awaitable<http::Response> get_current_user(Call& call);
    Awaitable<http::Response> post_login(Call& call);
    Awaitable<http::Response> get_settings(Call& call);
    Awaitable<http::Response> get_app_keys_probe(Call& call);
    Awaitable<http::Response> post_app_key_request(Call& call);
    Awaitable<http::Response> get_app_key(Call& call);

    Awaitable<http::Response> get_connection(Call& call);
    Awaitable<http::Response> post_connection(Call& call);
    Awaitable<http::Response> get_printer(Call& call);
    Awaitable<http::Response> get_printer_error(Call& call);
    Awaitable<http::Response> get_printer_part(Call& call);
    Awaitable<http::Response> post_printer_part(Call& call);
    Awaitable<http::Response> get_job(Call& call);
    Awaitable<http::Response> post_job(Call& call);

    Awaitable<http::Response> get_files(Call& call);
    Awaitable<http::Response> get_file(Call& call);
    Awaitable<http::Response> post_file(Call& call);
    Awaitable<http::Response> delete_file(Call& call);
    Awaitable<http::Response> post_upload(Call& call);

    struct UploadedFile;
    struct Upload;
    static Awaitable<UploadedFile> read_file(http::MultipartReader& reader, std::string filename);
    static Awaitable<Upload> read_upload(http::RequestBody& body, std::string_view content_type);
    Awaitable<std::optional<Upload>> receive(Call& call);
    http::Response create_folder(const Call& call, const Upload& upload);
    std::string store_file(const Upload& upload);
    Awaitable<PrintEffect> print_late(std::string path, FaultRule late);
    PrintEffect use_file(const Call& call, const Upload& upload, std::string_view path);
    http::Response created(std::string_view base_url, std::string_view path, const boost::json::value& body) const;

    void connect(const boost::json::object& command);
    void require(const Call& call, Method method, Need need) const;
    void require_operational() const;
    http::Response found(const boost::json::value& body) const;
    Awaitable<boost::json::object> read_command(Call& call) const;

    Context& context_;
};

}  // namespace karmen::fake
