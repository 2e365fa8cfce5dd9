// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Times the operators of dnn_rpn on inputs that another program wrote. compare_peers.py talks to it over a
// pipe, so that both sides take turns on the same machine in the same minute:
//
//   array NAME FILE f|i N [N ..]   an input, raw floats or ints of that shape
//   number NAME VALUE              another
//   case OPERATOR                  forgets nothing; makes the operator from the inputs and calls it once
//   threads N
//   time SECONDS CALLS             the milliseconds of each call, in one line
//   copy SECONDS                   the same for moving as many bytes as the operator must
//   memory                         bytes by which the process grew at most during a call
//   output NAME FILE               writes what the last call gave; answers with its type and shape
//
// Every command is answered with one line; an error with "error: ..".

#include <fstream>
#include <iostream>
#include <sstream>

#include "opencv2/core.hpp"

#include "case.hpp"
#include "measure.hpp"

using namespace cv;

namespace {

Mat readArray(std::istream& words)
{
    std::string path, type;
    words >> path >> type;
    std::vector<int> shape;
    for (int size; words >> size;)
        shape.push_back(size);
    if (shape.size() == 1)
        shape.push_back(1);
    Mat m(static_cast<int>(shape.size()), shape.data(), type == "i" ? CV_32S : CV_32F);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(m.data), static_cast<std::streamsize>(m.total() * m.elemSize())))
        CV_Error(Error::StsError, "cannot read " + path);
    return m;
}

std::string writeArray(const Mat& output, const std::string& path)
{
    const Mat m = output.isContinuous() ? output : output.clone();
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(m.data), static_cast<std::streamsize>(m.total() * m.elemSize()));
    if (!file.flush())
        CV_Error(Error::StsError, "cannot write " + path);
    std::string answer = m.depth() == CV_32S ? "i" : m.depth() == CV_64F ? "d" : "f";
    for (int d = 0; d < m.dims; d++)
        answer += " " + std::to_string(m.size[d]);
    return answer;
}

std::string listed(const std::vector<double>& numbers)
{
    std::ostringstream text;
    text.precision(9);
    for (double n : numbers)
        text << n << ' ';
    return text.str();
}

class Session
{
public:
    std::string answer(const std::string& line)
    {
        std::istringstream words(line);
        std::string command, name;
        words >> command;
        if (command == "array")
        {
            words >> name;
            inputs.arrays[name] = readArray(words);
        }
        else if (command == "number")
        {
            words >> name;
            words >> inputs.numbers[name];
        }
        else if (command == "case")
        {
            words >> name;
            current = Case(); // or its memory would count as what the next one needs
            current = makeCase(name, inputs);
            current.call();
        }
        else if (command == "threads")
        {
            int count = 1;
            words >> count;
            setNumThreads(count);
        }
        else if (command == "time" || command == "copy")
        {
            double seconds = 0;
            int calls = 1;
            words >> seconds >> calls;
            return listed(timeCalls(command == "time" ? current.call : copying(current.bytes), seconds, calls));
        }
        else if (command == "memory")
            return std::to_string(peakGrowth(current.call));
        else if (command == "output")
        {
            std::string path;
            words >> name >> path;
            return writeArray(current.outputs->at(name), path);
        }
        else
            return "error: unknown command " + command;
        return "ok";
    }

private:
    Inputs inputs;
    Case current;
};

} // namespace

int main()
{
    Session session;
    for (std::string line; std::getline(std::cin, line);)
    {
        std::string answer;
        try
        {
            answer = session.answer(line);
        }
        catch (const std::exception& e)
        {
            answer = std::string("error: ") + e.what();
            std::replace(answer.begin(), answer.end(), '\n', ' ');
        }
        std::cout << answer << std::endl;
    }
}
